# cmake -DOUTPUT=… -DFOLDER=… -P embed.cmake
# Makes the parts of the page of a plan text in the program.
set(code "// Made from engine/report/page/ by its embed.cmake.\n#include \"engine/report/plan_page.h\"\n\n")
string(APPEND code "namespace plumb::report {\n")
foreach(part html css js)
  file(READ ${FOLDER}/plan.${part} text)
  string(APPEND code "\nstd::string_view plan_page_${part}() {\n  return R\"PLUMB(${text})PLUMB\";\n}\n")
endforeach()
file(WRITE ${OUTPUT} "${code}\n}  // namespace plumb::report\n")
