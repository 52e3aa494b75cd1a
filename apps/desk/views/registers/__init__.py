"""Registers of enterprises and institutions: standing, licence, bank accounts."""
