"""What signed reports say of their own quality (报告质量): odd figures, copies, figures not given, recounts."""
