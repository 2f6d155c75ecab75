"""What machines that watch over the collector ask: is it ready, and how much of what is there."""
