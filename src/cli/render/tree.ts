export interface TreeNode {
  readonly text: string;
  readonly children?: readonly TreeNode[];
}

/** Lines of a tree with box-drawing branches; the root has none. */
export function treeLines(root: TreeNode): readonly string[] {
  return [root.text, ...branches(root.children ?? [], '')];
}

function branches(nodes: readonly TreeNode[], indent: string): readonly string[] {
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1;
    return [
      `${indent}${isLast ? '└─ ' : '├─ '}${node.text}`,
      ...branches(node.children ?? [], `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });
}
