"""What the tests stand on: databases, the test client, the cast, a browser, and the machine they find."""
