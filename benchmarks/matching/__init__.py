"""Matching measured: claims of a synthetic world without identifiers, and who they speak of.

The hub's engine and its peers see the same claims in the same run; what is true is kept apart and
read only when their answers are judged.
"""
