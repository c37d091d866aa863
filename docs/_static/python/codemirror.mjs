// CodeMirror as this course needs it: Python, undo, line numbers, and a way out for the keyboard.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { Decoration, EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: "rp-keyword" },
  { tag: [tags.string, tags.special(tags.string), tags.docString], class: "rp-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "rp-number" },
  { tag: tags.comment, class: "rp-comment" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "rp-definition" },
]);

// Tab indents. After Escape it leaves the editor, until something else is typed.
const wayOut = ({ say }) =>
  EditorView.domEventHandlers({
    keydown(event, view) {
      if (event.key === "Escape") {
        view.setTabFocusMode(true);
        say("Tab leaves the editor now.");
      } else if (!["Tab", "Shift"].includes(event.key)) view.setTabFocusMode(false);
    },
    blur: (event, view) => void view.setTabFocusMode(false),
  });

// A line that is wrapped goes on further in than it began, so that indentation can still be seen.
const MORE = 2; // columns
const hanging = EditorView.decorations.compute(["doc"], ({ doc }) => {
  const lines = Array.from({ length: doc.lines }, (_, i) => doc.line(i + 1));
  return Decoration.set(lines.map(({ from, text }) => {
    const columns = text.search(/\S|$/) + MORE;
    return Decoration.line({ attributes: { style: `--rp-indent: ${columns}ch` } }).range(from);
  }));
});

export function open(editor, [anchor, head]) {
  const run = () => {
    editor.run();
    return true;
  };
  return new EditorView({
    doc: editor.field.value,
    selection: { anchor, head },
    extensions: [
      keymap.of([{ key: "Mod-Enter", run }, { key: "Shift-Enter", run }, indentWithTab, ...historyKeymap, ...defaultKeymap]),
      wayOut(editor),
      history(),
      lineNumbers(),
      highlightSpecialChars(),
      EditorState.tabSize.of(4),
      indentUnit.of("    "),
      indentOnInput(),
      bracketMatching(),
      pythonLanguage,
      syntaxHighlighting(colours),
      EditorView.lineWrapping,
      hanging,
      EditorView.contentAttributes.of({ "aria-label": editor.label, "aria-describedby": editor.describedBy, spellcheck: "false" }),
      EditorView.updateListener.of((update) => update.docChanged && editor.change(editor.code)),
    ],
  });
}
