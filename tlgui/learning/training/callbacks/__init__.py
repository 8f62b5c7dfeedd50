"""Callbacks of `Model.fit`, one a module. Each resets its state when training begins, so that it can be reused."""
