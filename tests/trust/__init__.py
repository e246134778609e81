"""Does it keep its word under faults? Real replicas of the real application in processes of their own, real databases;
only Slack's and Microsoft's clouds, the clock and the network's faults are ours."""
