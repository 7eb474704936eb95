"""Training of the reader whose weights ship with Footnote; not part of the installed package.

sets: data sets -> examples · questions: how people type · swapping: questions made unanswerable
negatives: texts that look right and are not · rows: examples -> rows of word pieces
network: the model in torch · recipes: what is learned, in which order · loop: learning, resumable
measure: figures on held-out sets · export: weights -> the file that ships
"""
