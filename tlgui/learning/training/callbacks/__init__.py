"""Callbacks of `Model.fit`, one a module. Each sets its state when training begins, so that it can be used again."""
