"""The words of the house: frozen values and enums; imports nothing of ours."""
