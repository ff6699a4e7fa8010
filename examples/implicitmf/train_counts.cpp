// SPDX-License-Identifier: MIT
// Counts for the methods of `implicitmf train` that work on them: from a text or from a file.
#include <algorithm>
#include <string>
#include <utility>

#include <implicitmf/association/context_distribution.hpp>
#include <implicitmf/counting/estimate_cells.hpp>
#include <implicitmf/io/count_file.hpp>

#include "train.hpp"

namespace app {

Json CountFacts::to_json() const {
  return {{"tokens", tokens},
          {"vocabulary", vocabulary},
          {"cells", cells},
          {"total", total},
          {"made_with", made_with}};
}

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
  if (chosen() == imf::VectorChoice::sum && !(counts.words() == counts.contexts()))
    throw imf::ConfigError("vectors",
                           "w+c needs one vocabulary of words and contexts: name w or c");
  facts.vocabulary = counts.words().size();
  facts.cells = counts.cells().nonzeros();
  facts.made_with = counts.made_with();
  facts.total = static_cast<double>(counts.total()) / static_cast<double>(counts.unit());
  return counts;
}

void TrainArguments::choose_objective() {
  association.negatives = negatives.value_or(5.0);
  association.smoothing = smoothing.value_or(1.0);
  imf::ShiftedPMIOptions{.negatives = association.negatives}.validate();
  imf::SmoothedContexts{.alpha = association.smoothing}.validate();
}

std::string TrainArguments::smaller() const {
  return counts_file.empty() ? "lower --max-vocab, --window or --dim, or raise --min-count"
                             : "lower --dim, or count fewer words";
}

MemoryPlan TrainArguments::plan_objective(ProgressDisplay& display, CountFacts& facts,
                                          SolverMemory solver) const {
  return [this, &display, &facts, solver = std::move(solver)](
             std::uint64_t ids, std::uint64_t cells, std::size_t rows, std::size_t cols) {
    // A file of counts does not say so before they are looked at.
    const bool symmetric = counts_file.empty() && association.smoothing == 1.0 &&
                           counting.side == imf::WindowSide::symmetric;
    const std::uint64_t work = solver(rows, cols, cells, symmetric);
    // Cells stand twice for a moment while they are counted; before the factors the ids are gone.
    const std::uint64_t counting_them = ids == 0 ? 0 : ids + 24 * cells;
    const std::uint64_t vocabulary = 40 * (std::uint64_t{rows} + cols);
    facts.estimate = program_bytes + vocabulary + std::max(counting_them, 12 * cells + work);
    display.say("needs at most about " + imf::format_bytes(facts.estimate) + ": to count " +
                imf::format_bytes(counting_them) + ", then counts " +
                imf::format_bytes(12 * cells) + ", factors and their steps " +
                imf::format_bytes(work));
    check_memory(facts.estimate, counting.memory_gib, smaller());
  };
}

imf::GlobalObjective<> TrainArguments::make_objective(const imf::CooccurrenceCounts& counts,
                                                      StageClock& clock) const {
  return clock.time("optimum", [&] {
    return imf::GlobalObjective<>(
        counts, imf::SGNSObjective(counts, association.negatives,
                                   imf::SmoothedContexts{.alpha = association.smoothing}));
  });
}

}  // namespace app
