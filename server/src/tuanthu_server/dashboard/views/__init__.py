"""One module for each sort of page. A view asks, arranges and renders; it judges and sums nothing."""
