export const Link: React.FC<Props> = ({ href, children }: Props) => {
  const open = () => {
    window.open(href, '_blank', 'noopener');
  };
  return <a href={href} onClick={open}>{children}</a>;
};

export default function App(): JSX.Element {
  return (
    <div>{text}</div>
  );
}
