"""What the database needs from day to day: partitions ahead of time, and deleting what is older than the retention."""
