// SPDX-License-Identifier: MIT
// Counts for the methods of `implicitmf train` that work on them: from a text or from a file.
#include <implicitmf/counting/estimate_cells.hpp>
#include <implicitmf/io/count_file.hpp>

#include "train.hpp"

namespace app {

imf::CooccurrenceCounts TrainArguments::make_counts(ProgressDisplay& display, StageClock& clock,
                                                    CountFacts& facts,
                                                    const MemoryPlan& plan) const {
  const auto from_text = [&] {
    const auto corpus =
        clock.time("read", [&] { return counting.read(common, display.callback()); });
    facts.tokens = corpus.statistics().tokens_read;
    if (!common.json) print_corpus(corpus);
    const std::size_t words = corpus.vocabulary().size();
    plan(2 * corpus.memory_bytes(), imf::estimate_cells(corpus.vocabulary(), 2 * counting.window),
         words, words);
    return clock.time("count", [&] { return counting.count(corpus, common, display.callback()); });
  };
  const auto from_file = [&] {
    auto counts = clock.time("read", [&] { return imf::load_counts(counts_file); });
    facts.tokens = counts.words().tokens();
    plan(0, counts.cells().nonzeros(), counts.words().size(), counts.contexts().size());
    return counts;
  };
  auto counts = counts_file.empty() ? from_text() : from_file();
  facts.vocabulary = counts.words().size();
  facts.cells = counts.cells().nonzeros();
  facts.total = static_cast<double>(counts.total()) / static_cast<double>(counts.unit());
  return counts;
}

}  // namespace app
