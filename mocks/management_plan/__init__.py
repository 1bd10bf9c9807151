"""経営力向上計画システム: a ZIP of XML documents for each day, over the synthetic world."""
