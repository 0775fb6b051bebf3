"""Scorers: what came of a question becomes numbers. Each computes a family of metrics (`protocol.Scorer`)."""
