// What the loaders share: inputs from files, a single stream of queries, and a proof of what the process holds.
//
//   LOADER FORM ARTEFACT [-- OUTPUT QUERIES SECONDS WARM NAME=DTYPE:DIMENSIONS:FILE...]...
//
// Loads the artefact anew for each set of inputs, and answers it. Writes the answer's values to OUTPUT (float32), each
// query's seconds to OUTPUT.seconds (float64), and prints one JSON object a line: load_seconds, shape, python (whether a
// Python is mapped into the process), libraries (frameworks' that are); or for a set that is refused, refused.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct Input {
  std::string name;
  std::string dtype;  // float32, int32 or int64
  std::vector<int64_t> shape;
  std::vector<char> bytes;
};

struct Answer {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

struct Request {
  std::string form;
  std::string artefact;
  std::string output;
  size_t queries;
  double seconds;
  size_t warm;
  std::vector<Input> inputs;
};

inline std::vector<char> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("an input file cannot be read");
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline Input parse_input(const std::string& text) {
  const size_t equals = text.find('='), first = text.find(':', equals), second = text.find(':', first + 1);
  if (second == std::string::npos) throw std::runtime_error("an input is NAME=DTYPE:DIMENSIONS:FILE");
  Input input{text.substr(0, equals), text.substr(equals + 1, first - equals - 1), {}, read_file(text.substr(second + 1))};
  std::stringstream sizes(text.substr(first + 1, second - first - 1));
  for (std::string size; std::getline(sizes, size, ',');) input.shape.push_back(std::stoll(size));
  return input;
}

// The arguments behind each mark, whose own place is the first.
inline std::vector<std::vector<std::string>> parts(int count, char** arguments) {
  std::vector<std::vector<std::string>> found;
  for (int index = 3; index < count; ++index) {
    if (std::string(arguments[index]) == "--") found.emplace_back();
    else if (found.empty()) throw std::runtime_error("a set of inputs begins with --");
    else found.back().push_back(arguments[index]);
  }
  return found;
}

inline Request parse(char** arguments, const std::vector<std::string>& part) {
  if (part.size() < 5) throw std::runtime_error("too few arguments");
  Request request{arguments[1], arguments[2], part[0], std::stoul(part[1]), std::stod(part[2]), std::stoul(part[3]), {}};
  for (size_t index = 4; index < part.size(); ++index) request.inputs.push_back(parse_input(part[index]));
  return request;
}

// The first input of the same kind (whole numbers or not) and rank that is still unused, as the Python side chooses it.
inline const Input& fitting(const Request& request, bool whole, size_t rank, std::vector<bool>& used) {
  for (size_t index = 0; index < request.inputs.size(); ++index) {
    const Input& input = request.inputs[index];
    if (used[index] || (input.dtype[0] == 'i') != whole || input.shape.size() != rank) continue;
    used[index] = true;
    return input;
  }
  throw std::runtime_error("the artefact wants an input that no input fits");
}

// The input's values as whole numbers of `Wanted`, whatever width they have in the file.
template <typename Wanted>
std::vector<Wanted> whole_numbers(const Input& input) {
  std::vector<Wanted> values;
  if (input.dtype == "int32") {
    const auto* data = reinterpret_cast<const int32_t*>(input.bytes.data());
    values.assign(data, data + input.bytes.size() / sizeof(int32_t));
  } else {
    const auto* data = reinterpret_cast<const int64_t*>(input.bytes.data());
    values.assign(data, data + input.bytes.size() / sizeof(int64_t));
  }
  return values;
}

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char one) { return std::tolower(one); });
  return text;
}

// The frameworks whose libraries are mapped into this process, and "python" if one is.
inline std::set<std::string> mapped() {
  std::set<std::string> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const size_t slash = line.rfind('/');
    if (slash == std::string::npos) continue;
    const std::string name = lower(line.substr(slash + 1));
    if (name.find("python") != std::string::npos) found.insert("python");
    for (const char* framework : {"torch", "tensorflow", "jax"})
      if (name.rfind(std::string("lib") + framework, 0) == 0) found.insert(framework);
  }
  return found;
}

inline void report(const Request& request, double load_seconds, const std::function<Answer()>& query) {
  const Answer answer = query();
  std::ofstream(request.output, std::ios::binary)
      .write(reinterpret_cast<const char*>(answer.values.data()), answer.values.size() * sizeof(float));
  for (size_t index = 0; index < request.warm; ++index) query();
  std::vector<double> taken;
  const double begun = now();
  for (double last = begun; request.queries > 0 && (taken.size() < request.queries || last - begun < request.seconds);) {
    query();
    const double moment = now();
    taken.push_back(moment - last);
    last = moment;
  }
  std::ofstream(request.output + ".seconds", std::ios::binary)
      .write(reinterpret_cast<const char*>(taken.data()), taken.size() * sizeof(double));
  std::set<std::string> libraries = mapped();
  const bool python = libraries.erase("python") > 0;
  // Libraries print too, and not always whole lines.
  std::cout << "\n{\"load_seconds\": " << load_seconds << ", \"python\": " << (python ? "true" : "false") << ", \"shape\": [";
  for (size_t index = 0; index < answer.shape.size(); ++index) std::cout << (index ? ", " : "") << answer.shape[index];
  std::cout << "], \"libraries\": [";
  const char* comma = "";
  for (const std::string& name : libraries) {
    std::cout << comma << '"' << name << '"';
    comma = ", ";
  }
  std::cout << "]}" << std::endl;
}

inline int guarded(int count, char** arguments, const std::function<void(const Request&)>& act) {
  for (const auto& part : parts(count, arguments)) {
    try {
      act(parse(arguments, part));
    } catch (const std::exception& error) {
      // Libraries log to the same stream; the mark tells the error from what they say.
      std::cerr << "\nloader: " << error.what() << std::endl;
      std::cout << "\n{\"refused\": true}" << std::endl;
    }
  }
  return 0;
}
