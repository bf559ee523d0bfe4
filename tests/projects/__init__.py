"""Projects and activities: joining, places and waiting lists, pages, letters, shipped content."""
