"""What starts and keeps the product running on one machine (单机运行): database, web door, worker, supervisor."""
