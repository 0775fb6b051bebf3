"""Prompt templates, one file each (docs/prompting.md); those in `steps` are Refdesk's own, not to choose."""

from __future__ import annotations

from rag.prompts.template import Template
from rag.prompts.template_file import load_step_template, load_template, shipped_templates

__all__ = ["Template", "load_step_template", "load_template", "shipped_templates"]
