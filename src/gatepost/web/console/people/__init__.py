"""The console's pages on people: `listed`, the list; `page`, one person; `changes`, the help."""
