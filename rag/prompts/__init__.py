"""Prompt templates, one file each (docs/prompting.md)."""

from __future__ import annotations

from rag.prompts.template import Template
from rag.prompts.template_file import load_template, shipped_templates

__all__ = ["Template", "load_template", "shipped_templates"]
