// SPDX-License-Identifier: MIT
// implicitmf report: one page about trained vectors.
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <implicitmf/core/file.hpp>

#include "report.hpp"

namespace app {

namespace {

/// Finds out before the work whether the page can be written, and that no input lies there.
void check_page(const ReportOptions& options) {
  check_output(options.output, imf::VectorFormat::binary);
  std::vector<std::filesystem::path> inputs{options.counts_file};
  for (const std::vector<std::string>* files :
       {&options.models, &options.similarity, &options.analogy})
    inputs.insert(inputs.end(), files->begin(), files->end());
  for (const std::string& model : options.models) inputs.push_back(record_beside(model));
  check_inputs_kept({options.output}, inputs);
}

void run(const ReportOptions& options) {
  if (options.models.size() > most_models)
    throw CLI::ValidationError(
        "MODEL", "a page tells at most " + std::to_string(most_models) + " models apart");
  check_page(options);
  ProgressDisplay display(options.common.progress);
  display.say(std::string("implicitmf " IMPLICITMF_VERSION_STRING " for ") +
              imf::DefaultArch::name());
  const Report report = make_report(options, display);
  const std::string page = report_page(report);
  imf::OutputFile file(options.output);
  file.write(page);
  file.commit();
  if (options.common.json)
    std::cout << report.to_json().dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  else if (options.output != "-")
    std::cout << options.models.size() << (options.models.size() == 1 ? " model" : " models")
              << " in " << options.output << ", " << imf::format_bytes(page.size()) << '\n';
}

}  // namespace

void add_report(CLI::App& application) {
  CLI::App& command = *application.add_subcommand(
      "report", "One HTML page about vectors: training, theorem, scores, map, neighbours.");
  const auto options = std::make_shared<ReportOptions>();
  command
      .add_option("models", options->models,
                  "files of vectors; the record of each is looked for beside it")
      ->required();
  command.add_option("-o,--output", options->output, "file of the page")->required();
  command.add_option("--counts", options->counts_file,
                     "file of counts for w·c against PMI - log k (default: of each record)");
  command.add_option("--similarity", options->similarity,
                     "files of pairs, \"word word score\" a line");
  command.add_option("--analogy", options->analogy,
                     "files of questions as word2vec's questions-words.txt");
  command.add_option("--words", options->words, "words whose neighbours are shown: w1,w2,...")
      ->delimiter(',');
  command.add_option("--top", options->top, "the map shows so many most frequent words")
      ->check(whole_number(1))
      ->capture_default_str();
  options->common.add_to(command);
  command.callback([options] { run(*options); });
}

}  // namespace app
