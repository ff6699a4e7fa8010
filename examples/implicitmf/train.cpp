// SPDX-License-Identifier: MIT
// implicitmf train: word vectors from a text or from counts. The methods stand in files of their
// own.
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include <implicitmf/core/file.hpp>

#include "train.hpp"

namespace app {

namespace {

const std::map<std::string, imf::VectorChoice> vector_choices = {{"w", imf::VectorChoice::words},
                                                                 {"c", imf::VectorChoice::contexts},
                                                                 {"w+c", imf::VectorChoice::sum}};
const std::map<std::string, imf::RateSchedule> schedules = {
    {"cooldown", imf::RateSchedule::cooldown},
    {"linear", imf::RateSchedule::linear},
    {"constant", imf::RateSchedule::constant}};
const std::map<std::string, imf::Collision> collisions = {{"keep", imf::Collision::keep},
                                                          {"skip", imf::Collision::skip},
                                                          {"redraw", imf::Collision::redraw}};

void add_vectors(CLI::App& command, TrainArguments& arguments) {
  command.add_option("--output", arguments.output, "file of vectors to write")->required();
  command.add_option("--context-output", arguments.context_output,
                     "write the context vectors to this file too");
  command.add_option("--vectors", arguments.choice, "vectors to write: w, c, w+c")
      ->transform(one_of(vector_choices))
      ->default_str("w; w+c for glove");
  add_format(command, arguments.format);
  command.add_option("--record", arguments.record_file, "file of the run's record, JSON")
      ->default_str("the output's name and .json");
  command.add_option("--dim", arguments.dimension, "dimensions of the vectors")
      ->check(whole_number(1))
      ->capture_default_str();
  command.add_option("--seed", arguments.seed, "seed of all random numbers")
      ->check(whole_number())
      ->capture_default_str();
}

// An option's group names the methods that have it.
constexpr const char* svd_group = "Method svd";
constexpr const char* wmf_group = "Method wmf";
constexpr const char* svd_and_wmf_group = "Methods svd and wmf";
constexpr const char* factorization_group = "Methods svd, wmf and smf";
constexpr const char* objective_group = "Methods wmf and smf";
constexpr const char* smf_group = "Method smf";
constexpr const char* stochastic_group = "Methods sgns, smf and glove";
constexpr const char* sgns_group = "Method sgns";
constexpr const char* glove_group = "Method glove";

void add_factorization(CLI::App& command, TrainArguments& arguments) {
  arguments.association.add_measure_to(command);
  command
      .add_option("--smoothing", arguments.smoothing,
                  "exponent of the context distribution, above 0 to 1")
      ->default_str("0.75; 1 for wmf and smf");
  command
      .add_option("--eig", arguments.power,
                  "power p of the singular values in W = U S^p, C = V S^(1-p), 0 to 1")
      ->capture_default_str()
      ->group(factorization_group);
  command
      .add_option("--tolerance", arguments.tolerance,
                  "svd: largest residual beside its singular value (below 3e-5 single precision "
                  "may stop it); wmf: least part of the objective that a pass must gain")
      ->default_str("1e-3 for svd, 1e-5 for wmf")
      ->group(svd_and_wmf_group);
  command
      .add_option("--max-products", arguments.svd.max_products,
                  "end after so many products with 16 vectors")
      ->check(whole_number(2))
      ->capture_default_str()
      ->group(svd_group);
  command
      .add_option("--max-passes", arguments.weighted.max_passes,
                  "end after so many passes over all pairs")
      ->check(whole_number(1))
      ->capture_default_str()
      ->group(wmf_group);
  command
      .add_option(
          "--max-seconds", arguments.max_seconds,
          "end after the pass or epoch in which so many seconds of factorizing are over; 0: "
          "no limit")
      ->capture_default_str()
      ->group(objective_group);
  command
      .add_option("--head", arguments.stochastic.head,
                  "in each of 16 stripes the noise of so many frequent contexts is summed exactly, "
                  "that of the others sampled")
      ->check(whole_number())
      ->capture_default_str()
      ->group(smf_group);
  command
      .add_option("--l2", arguments.weighted.l2,
                  "half of it times the vectors' squares is taken off the objective")
      ->capture_default_str()
      ->group(wmf_group);
}

void add_sampling(CLI::App& command, TrainArguments& arguments) {
  const std::string group = sgns_group;
  imf::SGNSOptions& sgns = arguments.sgns;
  command
      .add_option("--epochs", arguments.epochs,
                  "passes over the text (sgns) or the observed cells (smf, glove)")
      ->check(whole_number(1))
      ->default_str("5; 10 for smf, 25 for glove")
      ->group(stochastic_group);
  command.add_option("--lr", arguments.learning_rate, "learning rate at the beginning")
      ->default_str("0.025; 0.1 for smf and 0.05 for glove, whose steps are AdaGrad's")
      ->group(stochastic_group);
  command
      .add_option("--schedule", arguments.schedule,
                  "of the learning rate: cooldown (stays for half of all epochs, then falls as the "
                  "square of what is left), linear (falls from the beginning: word2vec), constant")
      ->transform(one_of(schedules))
      ->default_str("cooldown; linear with --init svd")
      ->group(group);
  command
      .add_flag("--adagrad", arguments.adagrad, "a learning rate for each number of each vector")
      ->group(group);
  command
      .add_option("--subsample", sgns.subsample,
                  "leave out tokens of words more frequent than this; 0: none")
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--shared-windows", arguments.sampling.shared_by_windows,
                  "successive windows that share negatives, 0 to 64; 0: each pair has its own "
                  "(word2vec)")
      ->check(whole_number())
      ->default_str("2, above 200 dimensions 1, that draw 4/5 of the negatives, of more weight")
      ->group(group);
  command
      .add_option("--collision", arguments.sampling.collision,
                  "a negative that is the positive context: skip (word2vec), keep, redraw")
      ->transform(one_of(collisions))
      ->default_str("skip")
      ->group(group);
  command
      .add_option("--init", arguments.start,
                  "vectors to begin from: random, svd (of the shifted PMI matrix)")
      ->check(CLI::IsMember({"random", "svd"}).description(""))
      ->capture_default_str()
      ->group(group);
  command
      .add_flag("--loss", sgns.held_out,
                "keep one sentence in 1000 from training and report its loss")
      ->group(group);
  command
      .add_flag("--deterministic", sgns.deterministic, "the same bits for any number of threads")
      ->group(group);
}

void add_glove(CLI::App& command, imf::GloVeWeighting& weighting) {
  command
      .add_option(
          "--x-max", weighting.saturation,
          "count from which on a cell has its full weight; below it (count / x-max)^x-power")
      ->capture_default_str()
      ->group(glove_group);
  command.add_option("--x-power", weighting.exponent, "at least 0")
      ->capture_default_str()
      ->group(glove_group);
}

/// Refuses options of methods that were not chosen, and input that the method does not read.
void check_method(const CLI::App& command, const TrainArguments& arguments) {
  const std::string& method = arguments.method;
  for (const CLI::Option* option : command.get_options()) {
    const std::string& group = option->get_group();
    if (option->count() > 0 && group.starts_with("Method") &&
        group.find(method) == std::string::npos)
      throw CLI::ValidationError(option->get_name(), "is not for --method " + method);
  }
  const bool associates = method == "svd" || arguments.start == "svd";
  if (!associates && command.get_option("--measure")->count() > 0)
    throw CLI::ValidationError("--measure", "is for --method svd and --init svd");
  if (method == "glove")
    for (const char* const option : {"--negatives", "--smoothing"})
      if (command.get_option(option)->count() > 0)
        throw CLI::ValidationError(option, "is not for --method glove");
  if (method != "sgns" && arguments.counting.input.empty() == arguments.counts_file.empty())
    throw CLI::ValidationError("train", "give either --input or --counts");
  if (arguments.counts_file.empty()) return;
  for (const char* const option :
       {"--window", "--window-shape", "--side", "--min-count", "--max-vocab", "--lowercase",
        "--keep-positions", "--read-vocab", "--save-vocab"})
    if (command.get_option(option)->count() > 0)
      throw CLI::ValidationError(option, "is for --input: counts are as they were made");
}

/// Finds out before the work whether its results can be written.
void check_outputs(const TrainArguments& arguments) {
  std::set<std::filesystem::path> files{arguments.counting.save_vocabulary};
  for (const std::string& path : {arguments.output, arguments.context_output})
    for (const std::filesystem::path& file : check_output(path, arguments.format))
      if (!files.insert(file).second)
        throw CLI::ValidationError("train", "two outputs would be the same file, " + file.string());
  const std::filesystem::path record = arguments.record_path();
  check_output(record, imf::VectorFormat::binary);
  if (!record.empty() && !files.insert(record).second)
    throw CLI::ValidationError("--record", record.string() + " is another output's file");
  check_inputs_kept(
      {files.begin(), files.end()},
      {arguments.counting.input, arguments.counting.read_vocabulary, arguments.counts_file});
}

void run(const TrainArguments& arguments) {
  if (arguments.method == "sgns")
    train_sgns(arguments);
  else if (arguments.method == "wmf")
    train_wmf(arguments);
  else if (arguments.method == "smf")
    train_smf(arguments);
  else if (arguments.method == "glove")
    train_glove(arguments);
  else
    train_svd(arguments);
}

}  // namespace

void TrainArguments::write(const imf::Factors& factors,
                           const std::shared_ptr<const imf::Vocabulary>& words,
                           const std::shared_ptr<const imf::Vocabulary>& contexts) const {
  if (chosen() == imf::VectorChoice::words)
    imf::save_vectors(output, factors.words, *words, format);
  else
    imf::save_vectors(output, imf::choose_vectors(factors, chosen()),
                      chosen() == imf::VectorChoice::contexts ? *contexts : *words, format);
  if (!context_output.empty())
    imf::save_vectors(context_output, factors.contexts, *contexts, format);
}

void TrainArguments::announce(ProgressDisplay& display) const {
  display.say(std::string("implicitmf " IMPLICITMF_VERSION_STRING " for ") +
              imf::DefaultArch::name() + ", seed " + std::to_string(seed));
}

void TrainArguments::print_end(const StageClock& clock) const {
  std::cout << "seconds:";
  for (const auto& [stage, seconds] : clock.seconds().items())
    std::cout << " " << stage << " " << with_unit(seconds.get<double>());
  std::cout << "\npeak memory " << imf::format_bytes(imf::peak_memory_bytes()) << "; vectors in "
            << output << '\n';
}

Json TrainArguments::to_json() const {
  Json options = counts_file.empty() ? counting.to_json() : Json::object();
  if (method != "glove") options.update(association.to_json());
  if (method != "svd" && start != "svd") options.erase("measure");
  options.update(Json{{"method", method},
                      {"counts", counts_file},
                      {"output", output},
                      {"context_output", context_output},
                      {"vectors", name_of(vector_choices, chosen())},
                      {"format", name_of(vector_formats, format)},
                      {"dim", dimension},
                      {"seed", seed},
                      {"threads", imf::resolve_threads(common.threads)}});
  if (method == "svd")
    options.update(
        Json{{"eig", svd.power}, {"tolerance", svd.tolerance}, {"max_products", svd.max_products}});
  else if (method == "wmf")
    options.update(Json{{"eig", weighted.power},
                        {"tolerance", weighted.tolerance},
                        {"max_passes", weighted.max_passes},
                        {"max_seconds", weighted.max_seconds},
                        {"l2", weighted.l2}});
  else if (method == "smf")
    options.update(Json{{"eig", stochastic.power},
                        {"epochs", stochastic.epochs},
                        {"lr", stochastic.learning_rate},
                        {"head", stochastic.head},
                        {"max_seconds", stochastic.max_seconds}});
  else if (method == "glove")
    options.update(Json{{"x_max", weighting.saturation},
                        {"x_power", weighting.exponent},
                        {"epochs", glove.epochs},
                        {"lr", glove.learning_rate}});
  else
    options.update(Json{{"negatives", sgns.negatives},
                        {"epochs", sgns.epochs},
                        {"lr", sgns.learning_rate},
                        {"schedule", name_of(schedules, sgns.schedule)},
                        {"adagrad", adagrad},
                        {"subsample", sgns.subsample},
                        {"shared_windows", given_or_null(sampling.shared_by_windows)},
                        {"collision", name_of(collisions, sampling.collision)},
                        {"init", start},
                        {"loss", sgns.held_out},
                        {"deterministic", sgns.deterministic}});
  return options;
}

void add_train(CLI::App& application) {
  CLI::App& command =
      *application.add_subcommand("train", "Make word vectors from a text or from counts.");
  const auto arguments = std::make_shared<TrainArguments>();
  command
      .add_option("--method", arguments->method,
                  "svd: truncated SVD of the association matrix; sgns: skip-gram by sampling; wmf: "
                  "the objective of sgns, exactly, from counts; smf: the same by sampling, for "
                  "large vocabularies; glove: logarithms of counts")
      ->check(CLI::IsMember({"svd", "sgns", "wmf", "smf", "glove"}).description(""))
      ->capture_default_str();
  arguments->counting.add_to(command, false);
  command.add_option("--counts", arguments->counts_file,
                     "file of counts, instead of a text (all but sgns)");
  add_vectors(command, *arguments);
  command
      .add_option("--negatives", arguments->negatives,
                  "k: negatives of each pair (sgns, wmf, smf), or whose logarithm is the shift "
                  "(svd); above 0")
      ->default_str("5; 1 for svd");
  add_factorization(command, *arguments);
  add_sampling(command, *arguments);
  add_glove(command, arguments->weighting);
  arguments->common.add_to(command);
  command.callback([arguments, &command] {
    check_method(command, *arguments);
    check_outputs(*arguments);
    run(*arguments);
  });
}

}  // namespace app
