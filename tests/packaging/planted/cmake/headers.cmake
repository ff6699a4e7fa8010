# A small tree that breaks every rule once: the checks are run on it to see that they refuse it.
set(
  implicitmf_headers
  include/implicitmf/attic/old.hpp
  include/implicitmf/core/upward.hpp
  include/implicitmf/corpus/words.hpp
  include/implicitmf/evaluation/score.hpp
  include/implicitmf/io/sibling.hpp
  include/implicitmf/sgns.hpp
)
