"""The menus of the window: one module for each, and the menu bar built from them."""
