"""From a host that answers to findings: recognise, ask what the device says of itself, try documented accounts."""
