"""ONNX files become workloads."""
