"""Where the command starts. Knows no verb."""

from trueup.doors.cli.app import main

if __name__ == "__main__":
    main()
