"""What all pages of the console share: shell, navigation, template tags, vendored assets."""
