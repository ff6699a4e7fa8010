// SPDX-License-Identifier: MIT
// implicitmf objective: how far vectors are from the optimum of the SGNS objective.
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <implicitmf/io/count_file.hpp>
#include <implicitmf/objectives/global_objective.hpp>
#include <implicitmf/objectives/objective_sample.hpp>

#include "command.hpp"
#include "word_source.hpp"

namespace app {

namespace {

struct ObjectiveCommand {
  CommonArguments common;
  AssociationArguments association{.smoothing = 1.0, .negatives = 5.0};
  std::string words;
  std::string contexts;
  std::string counts_file;
  std::size_t samples = 0;
  std::uint64_t seed = 1;

  void run() const {
    ProgressDisplay display(common.progress);
    display.say(std::string("implicitmf " IMPLICITMF_VERSION_STRING " for ") +
                imf::DefaultArch::name());
    const auto counts = imf::load_counts(counts_file);
    const auto w = rows_in_order(words, counts.words(), "words");
    const auto c = rows_in_order(contexts, counts.contexts(), "contexts");
    if (w.cols() != c.cols())
      throw imf::InputError("the vectors of " + words + " have " + std::to_string(w.cols()) +
                            " dimensions, those of " + contexts + " " + std::to_string(c.cols()));
    const imf::GlobalObjective<> objective(
        counts,
        imf::SGNSObjective(counts, association.negatives,
                           imf::SmoothedContexts{.alpha = association.smoothing}),
        w.rows(), c.rows());
    imf::ThreadTeam team(common.threads);
    const imf::SampledValue value =
        samples > 0 ? imf::ObjectiveSample(objective, samples, seed).value(w, c, team)
                    : imf::SampledValue{objective.value(w, c, team), 0.0};
    if (common.json)
      print_json(objective, value);
    else
      print(objective, value);
  }

  void print_json(const imf::GlobalObjective<>& objective, const imf::SampledValue& value) const {
    Json result{{"objective", value.value},
                {"optimum", objective.optimum()},
                {"deviation", objective.deviation(value.value)},
                {"total", objective.total()},
                {"words", objective.rows()},
                {"contexts", objective.cols()}};
    if (samples > 0) {
      result["standard_error"] = value.standard_error;
      result["samples"] = samples;
      result["seed"] = seed;
    }
    result["options"] = Json{{"words", words},
                             {"contexts", contexts},
                             {"counts", counts_file},
                             {"negatives", association.negatives},
                             {"smoothing", association.smoothing}};
    std::cout << result.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }

  void print(const imf::GlobalObjective<>& objective, const imf::SampledValue& value) const {
    const auto percent = [&](double part) { return 100.0 * part / -objective.optimum(); };
    std::printf("objective  %.6g nats, %.4f a pair\n", value.value,
                value.value / objective.total());
    std::printf("optimum    %.6g nats, %.4f a pair\n", objective.optimum(),
                objective.optimum() / objective.total());
    std::printf("deviation  %.3f %%", 100.0 * objective.deviation(value.value));
    if (samples > 0)
      std::printf(", standard error %.3f (%zu samples)", percent(value.standard_error), samples);
    std::printf("\n%zu words, %zu contexts, |D| = %.6g, k = %g, smoothing %g\n", objective.rows(),
                objective.cols(), objective.total(), association.negatives, association.smoothing);
  }
};

}  // namespace

void add_objective(CLI::App& application) {
  CLI::App& command = *application.add_subcommand(
      "objective", "How far vectors are from the optimum of the SGNS objective of counts.");
  const auto arguments = std::make_shared<ObjectiveCommand>();
  command.add_option("--words", arguments->words, "file of word vectors")->required();
  command.add_option("--contexts", arguments->contexts, "file of context vectors")->required();
  command.add_option("--counts", arguments->counts_file, "file of counts")->required();
  command.add_option("--negatives", arguments->association.negatives, "k, above 0")
      ->capture_default_str();
  arguments->association.add_smoothing_to(command);
  command
      .add_option("--sampled", arguments->samples,
                  "estimate from so many pairs; 0: exactly, over all pairs")
      ->check(whole_number())
      ->capture_default_str();
  command.add_option("--seed", arguments->seed, "seed of the sample")
      ->check(whole_number())
      ->capture_default_str();
  arguments->common.add_to(command);
  command.callback([arguments] { arguments->run(); });
}

}  // namespace app
