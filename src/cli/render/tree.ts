import { wrapTo } from './wrap.ts';

export interface TreeNode {
  readonly text: string;
  readonly children?: readonly TreeNode[];
  /** Columns that lines after the first one are moved to the right, below the text behind a label. */
  readonly hang?: number;
  /** A row of a table: never broken. */
  readonly isRow?: true;
}

/** Lines of a tree with box-drawing branches; the root has none. Long texts go on below themselves, within `columns`. */
export function treeLines(root: TreeNode, columns: number = Infinity): readonly string[] {
  return [...wrapTo(root.text, columns), ...branches(root.children ?? [], '', columns)];
}

function branches(nodes: readonly TreeNode[], indent: string, columns: number): readonly string[] {
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1;
    const below = `${indent}${isLast ? '   ' : '│  '}`;
    const children = node.children ?? [];
    const hanging = `${below}${children.length > 0 ? '│  ' : ''}${' '.repeat(node.hang ?? 0)}`;
    const room = node.isRow === true ? Infinity : columns - hanging.length;
    const [first = '', ...rest] = wrapTo(node.text, room);
    return [
      `${indent}${isLast ? '└─ ' : '├─ '}${first}`,
      ...rest.map((line) => `${hanging}${line}`),
      ...branches(children, below, columns),
    ];
  });
}
