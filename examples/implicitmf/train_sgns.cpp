// SPDX-License-Identifier: MIT
// implicitmf train --method sgns: from a text by skip-gram with negative sampling.
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <implicitmf/counting/estimate_cells.hpp>
#include <implicitmf/solvers/symmetric_svd.hpp>

#include "train.hpp"

namespace app {

namespace {

struct SGNSTraining : TrainArguments {
  void run() {
    if (!counts_file.empty())
      throw CLI::ValidationError("--counts", "--method sgns reads a text: give --input instead");
    if (counting.input.empty())
      throw CLI::ValidationError("train", "--method sgns needs a text: give --input");
    set_options();
    ProgressDisplay display(common.progress, imf::resolve_threads(common.threads));
    announce(display);
    sgns.progress = display.callback();
    StageClock clock;
    const auto corpus =
        clock.time("read", [&] { return counting.read(common, display.callback()); });
    if (!common.json) print_corpus(corpus);
    const std::uint64_t estimate = plan(display, corpus);
    auto begin_with = first_vectors(corpus, display, clock);
    const auto model =
        clock.time("train", [&] { return train_with(corpus, std::move(begin_with)); });
    clock.time("write", [&] {
      write(model.factors, corpus.shared_vocabulary(), corpus.shared_vocabulary());
    });
    write_record(corpus, model, clock, estimate);
    if (!common.json) print(corpus, model, clock);
    warn_of_few_pairs(corpus, model, display);
    if (model.reason == imf::StopReason::stopped)
      throw std::runtime_error("stopped in epoch " + std::to_string(model.epochs.size()) + " of " +
                               std::to_string(sgns.epochs) + "; the vectors as they are lie in " +
                               output);
  }

  /// Usual texts have some pairs for each token.
  static void warn_of_few_pairs(const imf::EncodedCorpus& corpus, const imf::SGNSResult& model,
                                ProgressDisplay& display) {
    const std::uint64_t pairs = model.epochs.back().pairs;
    const std::uint64_t tokens = corpus.statistics().tokens_kept;
    if (model.reason != imf::StopReason::stopped && pairs < tokens / 2)
      display.say("warning: only " + std::to_string(pairs) + " pairs an epoch from " +
                  std::to_string(tokens) +
                  " tokens: in a small text every word is frequent; try --subsample 0");
  }

  void set_options() {
    sgns.dimension = dimension;
    sgns.negatives = negatives.value_or(5.0);
    sgns.epochs = epochs.value_or(sgns.epochs);
    sgns.learning_rate = learning_rate.value_or(sgns.learning_rate);
    // Rates that stay high lose some of what a start has learned (benchmarks/README.md).
    sgns.schedule = schedule.value_or(start == "svd" ? imf::RateSchedule::linear : sgns.schedule);
    sgns.window = counting.table();
    sgns.seed = seed;
    sgns.threads = common.threads;
    association.smoothing = smoothing.value_or(0.75);
    sampling.distribution.alpha = association.smoothing;
    association.negatives = 1.0;  // of --init svd: for an SVD, no shift is best
    sgns.validate();
    sampling.validate();
  }

  [[nodiscard]] imf::SGNSResult train_with(const imf::EncodedCorpus& corpus,
                                           std::optional<imf::Factors> begin_with) const {
    if (adagrad)
      return imf::SGNSTrainer(sgns, sampling, imf::AdaGradStep<>{})
          .train(corpus, std::move(begin_with));
    return imf::SGNSTrainer(sgns, sampling).train(corpus, std::move(begin_with));
  }

  /// The factors of the shifted PMI matrix of the same windows, where they are asked for.
  [[nodiscard]] std::optional<imf::Factors> first_vectors(const imf::EncodedCorpus& corpus,
                                                          ProgressDisplay& display,
                                                          StageClock& clock) const {
    if (start == "random") return std::nullopt;
    const auto factorize = [&](const imf::EncodedCorpus& text) {
      const auto counts = counting.count(text, common, display.callback());
      const auto matrix = association.associate(counts, common);
      return imf::SymmetricSVD{{.dimension = dimension,
                                .seed = seed,
                                .threads = common.threads,
                                .progress = display.callback()}}
          .factorize(matrix)
          .factors;
    };
    return clock.time("init", [&] {
      // What is held out must not be seen before, either.
      return sgns.held_out ? factorize(imf::HeldOutSample(corpus).rest()) : factorize(corpus);
    });
  }

  /// Says what memory the work takes, and refuses to go on above the ceiling.
  [[nodiscard]] std::uint64_t plan(ProgressDisplay& display,
                                   const imf::EncodedCorpus& corpus) const {
    const std::uint64_t rows = corpus.vocabulary().size();
    const std::uint64_t ids = (sgns.held_out ? 3 : 2) * corpus.memory_bytes();
    const std::uint64_t vectors =
        adagrad ? imf::SGNSTrainer(sgns, sampling, imf::AdaGradStep<>{}).memory_bytes(rows, rows)
                : imf::SGNSTrainer(sgns, sampling).memory_bytes(rows, rows);
    std::uint64_t estimate = program_bytes + ids + 40 * rows + vectors;
    if (start == "svd")
      estimate += 28 * imf::estimate_cells(corpus.vocabulary(), 2 * counting.window) +
                  imf::BlockLanczos<>::memory_bytes(rows, rows, dimension);
    display.say("needs at most about " + imf::format_bytes(estimate) + ": ids " +
                imf::format_bytes(ids) + ", vectors and windows " + imf::format_bytes(vectors));
    check_memory(estimate, counting.memory_gib, smaller());
    return estimate;
  }

  /// Of the whole epochs.
  static double tokens_per_second(const imf::EncodedCorpus& corpus, const imf::SGNSResult& model) {
    const std::size_t whole =
        model.epochs.size() - (model.reason == imf::StopReason::stopped ? 1 : 0);
    double seconds = 0.0;
    for (std::size_t i = 0; i < whole; ++i) seconds += model.epochs[i].seconds;
    const auto tokens = static_cast<double>(corpus.statistics().tokens_read * whole);
    return seconds > 0.0 ? tokens / seconds : 0.0;
  }

  void write_record(const imf::EncodedCorpus& corpus, const imf::SGNSResult& model,
                    const StageClock& clock, std::uint64_t estimate) const {
    Json done = Json::array();
    for (const imf::SGNSEpoch& epoch : model.epochs)
      done.push_back({{"windows", epoch.windows},
                      {"pairs", epoch.pairs},
                      {"seconds", epoch.seconds},
                      {"loss", given_or_null(epoch.loss)}});
    const imf::NegativeSharing sharing = sampling.sharing(dimension);
    record(Json{{"tokens", corpus.statistics().tokens_read},
                {"vocabulary", corpus.vocabulary().size()},
                {"sharing", {{"windows", sharing.windows}, {"drawn", sharing.drawn}}},
                {"first_loss", given_or_null(model.first_loss)},
                {"epochs", done},
                {"tokens_per_second", tokens_per_second(corpus, model)},
                {"stop_reason", imf::to_string(model.reason)}},
           clock, estimate);
  }

  void print(const imf::EncodedCorpus& corpus, const imf::SGNSResult& model,
             const StageClock& clock) const {
    std::size_t number = 0;
    for (const imf::SGNSEpoch& epoch : model.epochs) {
      std::cout << "epoch " << ++number << ": " << epoch.pairs << " pairs in "
                << with_unit(epoch.seconds) << " s";
      if (epoch.loss) std::cout << ", loss " << *epoch.loss << " nats a pair";
      std::cout << '\n';
    }
    std::cout << with_unit(tokens_per_second(corpus, model)) << " tokens/s, "
              << imf::to_string(model.reason) << "\n";
    print_end(clock);
  }
};

}  // namespace

void train_sgns(const TrainArguments& arguments) { SGNSTraining{arguments}.run(); }

}  // namespace app
