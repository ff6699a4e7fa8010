// SPDX-License-Identifier: MIT
// implicitmf train --method svd: from a text or from counts by truncated SVD.
#include <algorithm>
#include <cstddef>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <implicitmf/solvers/symmetric_svd.hpp>

#include "train.hpp"

namespace app {

namespace {

/// What the summary says of the way from input to matrix.
struct Facts : CountFacts {
  std::uint64_t nonzeros = 0;
};

struct SVDTraining : TrainArguments {
  void run() {
    svd.dimension = dimension;
    svd.power = power;
    svd.tolerance = tolerance.value_or(svd.tolerance);
    svd.seed = seed;
    svd.threads = common.threads;
    association.negatives = negatives.value_or(1.0);
    association.smoothing = smoothing.value_or(0.75);
    ProgressDisplay display(common.progress);
    announce(display);
    svd.progress = display.callback();
    StageClock clock;
    Facts facts;
    const auto matrix = make_matrix(display, clock, facts);
    const auto model =
        clock.time("factorize", [&] { return imf::SymmetricSVD{svd}.factorize(matrix); });
    clock.time("write",
               [&] { write(model.factors, matrix.shared_words(), matrix.shared_contexts()); });
    warn_of_zero_vectors(model.words(), display);
    write_record(model, clock, facts);
    if (!common.json) print(model, clock, facts);
    if (model.reason == imf::StopReason::stopped)
      throw std::runtime_error("stopped after " + std::to_string(model.products) +
                               " products; the vectors as they are lie in " + output);
  }

  /// Words whose row of the matrix is empty; cosines with them mean nothing.
  static void warn_of_zero_vectors(const imf::AlignedMatrix& words, ProgressDisplay& display) {
    std::size_t zero = 0;
    for (std::size_t r = 0; r < words.rows(); ++r)
      if (std::ranges::all_of(words.row(r), [](float x) { return x == 0.0F; })) ++zero;
    if (zero > 0)
      display.say(std::to_string(zero) +
                  (zero == 1 ? " word has a zero vector" : " words have zero vectors") +
                  ": no cell of the matrix is theirs (a lower --negatives leaves more cells)");
  }

  imf::ShiftedPMIMatrix<> make_matrix(ProgressDisplay& display, StageClock& clock,
                                      Facts& facts) const {
    // The counts end with this function: the factorization does not need them.
    const auto counts = make_counts(
        display, clock, facts,
        [&](std::uint64_t ids, std::uint64_t cells, std::size_t rows, std::size_t cols) {
          svd.validate(rows, cols);
          plan(display, facts, ids, cells, rows, cols);
        });
    auto matrix = clock.time("associate", [&] { return association.associate(counts, common); });
    facts.nonzeros = matrix.matrix().nonzeros();
    return matrix;
  }

  /// Says what memory the work takes, and refuses to go on above the ceiling.
  void plan(ProgressDisplay& display, Facts& facts, std::uint64_t ids, std::uint64_t cells,
            std::size_t rows, std::size_t cols) const {
    const std::uint64_t vocabulary = 40 * (std::uint64_t{rows} + cols);
    const std::uint64_t counts = 12 * cells;
    const std::uint64_t matrix = 16 * cells;
    const std::uint64_t solver = imf::BlockLanczos<>::memory_bytes(rows, cols, svd.dimension);
    facts.estimate = program_bytes + ids + vocabulary + counts + matrix + solver;
    display.say("needs at most about " + imf::format_bytes(facts.estimate) + ": ids " +
                imf::format_bytes(ids) + ", counts " + imf::format_bytes(counts) + ", matrix " +
                imf::format_bytes(matrix) + ", factors and their bases " +
                imf::format_bytes(solver));
    check_memory(facts.estimate, counting.memory_gib, smaller());
  }

  void write_record(const imf::SVDResult& model, const StageClock& clock,
                    const Facts& facts) const {
    Json all = facts.to_json();
    all.update(Json{{"nonzeros", facts.nonzeros},
                    {"rank", model.rank},
                    {"products", model.products},
                    {"restarts", model.restarts},
                    {"stop_reason", imf::to_string(model.reason)},
                    {"singular_values", model.singular_values},
                    {"residuals", model.residuals}});
    record(all, clock, facts.estimate);
  }

  void print(const imf::SVDResult& model, const StageClock& clock, const Facts& facts) const {
    std::cout << facts.cells << " cells, |D| = " << facts.total << "; " << facts.nonzeros
              << " stored in the matrix\n"
              << "singular values " << model.singular_values.front() << " ... "
              << model.singular_values.back() << ", rank " << model.rank << " of " << svd.dimension
              << "; " << model.products << " products, " << imf::to_string(model.reason) << "\n";
    print_end(clock);
    if (model.rank < svd.dimension)
      std::cout << "the matrix has rank " << model.rank << ": the columns beyond it are zero\n";
  }
};

}  // namespace

void train_svd(const TrainArguments& arguments) { SVDTraining{arguments}.run(); }

}  // namespace app
