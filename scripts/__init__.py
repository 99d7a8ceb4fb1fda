"""Programs for people who work on Barometer: measuring, generating. Not installed."""
