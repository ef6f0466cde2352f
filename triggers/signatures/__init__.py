"""Signature schemes of providers: one module a scheme."""
