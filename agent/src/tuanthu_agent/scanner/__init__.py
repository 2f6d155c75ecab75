"""The station network audit: finds devices, tells what they are, proves that their default accounts are dead."""
