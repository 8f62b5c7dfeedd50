"""The main window and everything around the pages: menus, bars, dialogs, the last exception hook."""
