"""The checker of claims, measured: on pairs of claim and article written by hand, and on public sets by path.

pairs: TOML -> pairs, linted · public, rows: files of public sets -> summaries or labelled claims
passages: text -> passages · checker: claims and passages -> statements, as the product makes them
judging, scoring: statements -> figures · measures: the statistics · timing: milliseconds an answer
"""
