"""What tests, and some benchmarks, share: doubles of servers, models of random weights, corpora, expected values."""
