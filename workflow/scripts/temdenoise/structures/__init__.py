"""Where are the atoms? Sheets, their materials and their disorder."""
