"""What can happen to items: one function a kind, each answering with a block of rows."""
