"""Public benchmarks by path: folders in BEIR's form, files in SQuAD's.

beir, squad: the data -> questions · articles: rows -> files to index · asking, workers: questions -> rows of scores
measures: the figures of one question · results: rows on disk, to go on from · summary: rows -> figures
"""
