"""How is OpenMX run, and how did it end? The paper's DFT engine."""
