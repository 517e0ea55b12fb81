"""The quality of what is reported (数据质量): read for a unit and its lower units, judged, and put into words."""
