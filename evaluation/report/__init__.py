"""A run, a comparison or a sweep becomes one HTML file and one Markdown file that need nothing else."""

from __future__ import annotations

from evaluation.report.comparison_report import write_comparison_report
from evaluation.report.run_report import write_run_report
from evaluation.report.sweep_report import write_sweep_report

__all__ = ["write_comparison_report", "write_run_report", "write_sweep_report"]
