"""What moved in a period: unusual movements, and flux against what was before."""
