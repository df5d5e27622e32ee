"""Request, plan, apply, verify, undo. Knows the interfaces, not Docker."""
