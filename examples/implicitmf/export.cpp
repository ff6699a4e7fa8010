// SPDX-License-Identifier: MIT
// implicitmf export: counts, or the association matrix made of them, as Matrix Market.
#include <iostream>
#include <memory>
#include <sstream>

#include <implicitmf/io/count_file.hpp>
#include <implicitmf/io/matrix_market.hpp>
#include <implicitmf/io/vocabulary_file.hpp>

#include "command.hpp"

namespace app {

namespace {

struct ExportCommand {
  CommonArguments common;
  AssociationArguments association;
  std::string input;
  std::string output;
  std::string words;
  std::string contexts;

  void run() const {
    const ProgressDisplay display(common.progress);
    check_inputs_kept({output, words, contexts}, {input});
    const auto counts = imf::load_counts(input);
    if (!words.empty()) imf::save_vocabulary(words, counts.words());
    if (!contexts.empty()) imf::save_vocabulary(contexts, counts.contexts());
    std::uint64_t written = counts.cells().nonzeros();
    if (association.measure == "counts") {
      imf::save_matrix_market(output, counts);
    } else {
      const auto matrix = association.associate(counts, common);
      std::ostringstream comment;
      comment << association.measure << " smoothing=" << association.smoothing
              << " negatives=" << association.negatives << ' ' << counts.made_with();
      imf::save_matrix_market(output, matrix.matrix(), comment.str());
      written = matrix.matrix().nonzeros();
    }
    if (common.json)
      std::cout << Json{{"rows", counts.cells().rows()},
                        {"columns", counts.cells().cols},
                        {"cells", written}}
                       .dump(2)
                << '\n';
    else
      std::cout << "wrote " << written << " cells of " << counts.cells().rows() << " x "
                << counts.cells().cols << " to " << output << '\n';
  }
};

}  // namespace

void add_export(CLI::App& application) {
  CLI::App& command = *application.add_subcommand(
      "export", "Write counts or an association matrix as Matrix Market.");
  const auto arguments = std::make_shared<ExportCommand>();
  arguments->association.measure = "sppmi";
  command.add_option("counts", arguments->input, "file of counts")->required();
  command.add_option("--matrix", arguments->output, "Matrix Market file to write")->required();
  arguments->association.add_measure_to(command);
  arguments->association.add_smoothing_to(command);
  command
      .add_option("--negatives", arguments->association.negatives,
                  "k, whose logarithm is the shift; above 0")
      ->capture_default_str();
  CLI::Option& measure = *command.get_option("--measure");
  command.remove_option(&measure);
  command
      .add_option("--measure", arguments->association.measure,
                  "counts (in steps of the unit), sppmi, pmi, npmi, log-conditional")
      ->check(CLI::IsMember({"counts", "sppmi", "pmi", "npmi", "log-conditional"}).description(""))
      ->capture_default_str();
  command.add_option("--words", arguments->words, "also write the words of the rows to this file");
  command.add_option("--contexts", arguments->contexts,
                     "also write the contexts of the columns to this file");
  arguments->common.add_to(command);
  command.callback([arguments] { arguments->run(); });
}

}  // namespace app
